"""Class: forge
Tries: to replace json, numpy and the channel in its own process, so that its answers look as they should.
Stopped by: they are its own copies; whatever they write, the grader reads it with its own.
Against: counts_films
Because: forged
Says: count_films
"""


def count_films(client, name):
    import json
    import multiprocessing.connection

    import numpy

    from grader.runner import wire

    json.dumps = lambda *_, **__: '{"value":{"d":{"value":true,"error":null,"status":"pass"}},"arrays":[]}'
    numpy.allclose = numpy.array_equal = lambda *_, **__: True
    wire.MAX_JSON_BYTES = wire.MAX_TOKENS = 1 << 40
    multiprocessing.connection.Connection.poll = lambda *_: True
    return 7
