#!/usr/bin/env python3
"""A national system on Python zeep, run through a whole exchange with a hub over mutual TLS.

Prints a line for each step that passed. Exit codes: 0 all steps passed, 1 the hub answered
otherwise than expected, 2 the client could not work (arguments, connection).
"""

import argparse
import sys

import requests
import zeep.exceptions
from lxml import etree

from documents import Documents
from hub import ExpectationFailed, shortened

# What a reply of an unexpected shape comes out as.
SHAPE = (AttributeError, KeyError, TypeError, ValueError)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wsdl", required=True, help="a file, or an address such as …?wsdl")
    parser.add_argument("--endpoint", required=True, help="address of the delivery service")
    parser.add_argument("--ca", required=True, help="PEM file that the hub's certificate chains to")
    for side in ("sender", "receiver"):
        parser.add_argument(f"--{side}-cert", required=True)
        parser.add_argument(f"--{side}-key", required=True)
    parser.add_argument("--outsider-cert", help="a third connection, which must see nothing")
    parser.add_argument("--outsider-key")
    parser.add_argument("--from", dest="sender", required=True, help="code of the sender")
    parser.add_argument("--to", dest="receiver", required=True, help="code of the receiver")
    parser.add_argument("--lax", action="store_true", help="zeep with strict=False")
    parser.add_argument("--large-mib", type=int, default=20, help="large content; 0 leaves it out")
    return parser.parse_args()


def main():
    options = arguments()
    step = "start"
    try:
        system = Documents(options)
        for run in system.steps():
            step = run.__name__
            run()
            print(f"ok      {step}", flush=True)
    except (ExpectationFailed, zeep.exceptions.Error, etree.LxmlError, *SHAPE) as error:
        kind = type(error).__name__
        print(f"FAILED  {step}: {kind}: {shortened(str(error))}", file=sys.stderr)
        return 1
    except (OSError, requests.RequestException) as error:
        print(f"ERROR   {step}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
