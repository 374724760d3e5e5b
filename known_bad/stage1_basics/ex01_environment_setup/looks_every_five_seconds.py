"""It looks, sleeps five seconds, and looks again.

rejected by: waits_for_a_late_port
because: looks_too_rarely
on: lite, server
"""

POLL_S = 5.0
