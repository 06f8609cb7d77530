"""The sandbox that student code runs in: a Jupyter kernel that holds one submission.

`start` gives a zone and `Pool` one that was started ahead. `probe` says what this machine can
enforce, and `Unavailable` is raised where that is not enough.
"""

from dlcourse.grading.sandbox.capabilities import Capabilities, probe
from dlcourse.grading.sandbox.launch import Unavailable
from dlcourse.grading.sandbox.policy import Limits, Policy
from dlcourse.grading.sandbox.pool import Pool
from dlcourse.grading.sandbox.zone import Zone, start

__all__ = ["Capabilities", "Limits", "Policy", "Pool", "Unavailable", "Zone", "probe", "start"]
