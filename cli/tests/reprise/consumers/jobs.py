"""Reads the YAML blocks of a document, each one a job of a build server. Prints them as JSON."""
import json
import re
import sys

import yaml

blocks = re.findall(r"^```yaml\n(.*?)^```$", open(sys.argv[1]).read(), re.M | re.S)
json.dump([{str(key): value for key, value in yaml.safe_load(block).items()} for block in blocks], sys.stdout, default=str)
