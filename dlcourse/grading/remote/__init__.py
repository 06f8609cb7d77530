"""Student's objects as test cells see them: plain data by value, everything else by handle.

`frames` puts a message on a socket, `leaves` and `values` turn plain data into messages, `agent`
answers in the student's zone, `peer` and `handles` ask in the trusted zone.
"""
