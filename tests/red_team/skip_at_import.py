"""Class: forge
Tries: to have pytest skip the whole module, which a plain pytest reports with exit code 0.
Stopped by: pytest never imports the submission. In the child a skip is an exception like any other.
Against: creates_the_collection
Because: import_failed
Says: Skipped
Alone: it acts at import
"""

import pytest

pytest.skip("no", allow_module_level=True)
