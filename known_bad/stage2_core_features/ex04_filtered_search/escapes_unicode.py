"""json.dumps() writes all that is not ASCII as escapes: milvus-lite reads none, Milvus 2.3 no emoji.

rejected by: quotes_any_text
because: refused_value
on: lite, server
"""

import json


def quote(value):
    return json.dumps(value)
