"""Runs learner code: in a child process only, by name, with plain data, under limits.

`launch` starts processes, `submission` is what checks hold, `errors` and `guard` say what can go wrong; `zygote`,
`spawned` and `child` are the other side. This file imports nothing, so that a command can start the zygote first.
"""
