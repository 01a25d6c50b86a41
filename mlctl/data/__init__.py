"""Data: where it comes from, how it is read, and what is in it.

::

    sources   a parameters file's data section → the files that it means
    read      those files → one table of pandas
    examine   the table → task, target, features with their kinds, findings and refusals
    schema    the table → what is remembered of each column

Bytes become Arrow in ``csv_file``, ``json_lines`` and ``parquet_file``, and Arrow becomes pandas in
``frames``. Nothing here knows the store.
"""
