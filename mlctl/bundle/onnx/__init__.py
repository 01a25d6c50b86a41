"""A fitted pipeline as ONNX: an export for those whose runtime that is, and no form that mlctl itself runs.

==============  ====================================================================================
module          what it does
==============  ====================================================================================
``graph``       nodes, constants and whole models of skl2onnx put into one graph
``registry``    which function writes which transformer
``frames``      pipelines, column transformers and unions
``numbers``     clipping, gaps, scaling: in 64-bit floats
``words``       categories and their encodings
``dates``       dates out of whole microseconds
``boosting``    histogram boosting with its splits decided ahead
``foreign``     what skl2onnx writes: the estimator, and other transformers of numbers
``write``       a pipeline into a model
``session``     ONNX Runtime, asked on one thread
``agreement``   what the model answers, against scikit-learn's answers
==============  ====================================================================================

Cells go in as they are, by column: numbers and booleans as 64-bit floats with NaN for a gap, texts with the
empty text for one, dates as microseconds since 1970 with the smallest 64-bit integer for one. Preprocessing
that this package writes is computed in 64-bit floats; what comes out of it is rounded to 32-bit floats for
the estimator, whose operators in ONNX know nothing else.

It imports onnx and skl2onnx (extra ``onnx``), and onnxruntime only with its telemetry switched off.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported: 1.29 reports usage
