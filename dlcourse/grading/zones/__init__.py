"""The two zones of a submission: student code in the one, test code in the other.

`student` drives the sandboxed kernel, `trusted` is the process of the test cells and `launch`
starts it, `outcome` and `outputs` turn what happened into a notebook's outputs.
"""
