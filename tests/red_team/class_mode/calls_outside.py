"""Class: escape
Tries: to reach anything beyond this machine, where it could ask for an answer: addresses of the LAN and of the
internet, a name server, the service that tells secrets in a cloud, IPv6, and abstract sockets of this machine.
Stopped by: there is no route out of the sandbox's network, and abstract sockets belong to a network too.
Against: counts_films
Because: wrong_count
Says: -1
"""

_count = count_films


def count_films(client, name):
    import socket

    reached = []
    for host in ("192.168.0.1", "192.168.1.1", "10.0.0.1", "172.17.0.1", "169.254.169.254", "192.0.2.1", "8.8.8.8"):
        for port in (53, 80, 443):
            with socket.socket() as one:
                one.settimeout(0.2)
                reached += [host] if not one.connect_ex((host, port)) else []
        with socket.socket(type=socket.SOCK_DGRAM) as one:
            reached += [host] if not one.connect_ex((host, 53)) else []
    with socket.socket(socket.AF_INET6) as one:
        one.settimeout(0.2)
        reached += ["::"] if not one.connect_ex(("2001:db8::1", 80)) else []
    with open("/proc/net/unix") as stream:
        for line in stream:
            if "@" in line:
                with socket.socket(socket.AF_UNIX) as one:
                    reached += [line] if not one.connect_ex("\0" + line.split("@")[1].strip()) else []
    return _count(client, name) if reached else -1
