"""Authorisation is on, and the password is never handed to Milvus.

rejected by: compose_takes_a_password
because: default_password
on: lite, server
"""
