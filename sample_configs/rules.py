"""Rules by hand, for rule.yaml: a function takes one row as a mapping, and returns the prediction."""


def by_schooling(row: dict) -> str:
    """Thirteen years of schooling, a bachelor's degree, tell the incomes apart better than nothing."""
    return ">50K" if row["education_num"] >= 13 else "<=50K"
