"""time.time() is set now and then, by a server or by hand, also back.

rejected by: times_each_answer
because: wall_clock
on: lite, server
"""


class _Wall:
    sleep = staticmethod(time.sleep)

    @staticmethod
    def perf_counter(_time=time):
        return _time.time()


time = _Wall
