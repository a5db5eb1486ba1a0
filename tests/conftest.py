"""What holds for every test.

The log of the user who runs them isn't written to. What Python compiles is kept, also where the environment says
otherwise: the suite starts hundreds of engines and senders, and each would compile all its modules anew. No property
fails because the machine was slow.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False  # before Hypothesis: a plugin's whole package is rewritten as tests are, for seconds

from hypothesis import HealthCheck, settings  # noqa: E402 - above

from ionia.rpc.log_file import FOLDER_VARIABLE  # noqa: E402 - above

os.environ.setdefault(FOLDER_VARIABLE, "")

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=20)
settings.load_profile("quick")  # pytest's --hypothesis-profile chooses another
