"""What holds for every test.

The log of the user who runs them isn't written to. What Python compiles is kept, also where the environment says
otherwise: the suite starts hundreds of engines and senders, and each would compile all its modules anew. No property
fails because the machine was slow.
"""

import os
import sys

from hypothesis import HealthCheck, settings

from ionia.rpc.log_file import FOLDER_VARIABLE

os.environ.setdefault(FOLDER_VARIABLE, "")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=20)
settings.load_profile("quick")  # pytest's --hypothesis-profile chooses another
