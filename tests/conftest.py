"""No test writes to the log of the user who runs it; engines that tests start inherit this."""

import os

from ionia.rpc.log_file import FOLDER_VARIABLE

os.environ.setdefault(FOLDER_VARIABLE, "")
