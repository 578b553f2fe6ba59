# SPDX-FileCopyrightText: amitwin contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders of the golden files, checked by somebody else's code: canonical XML by Python's library,
Ed25519 by the openssl program. Usage: foreign_check.py OPENSSL FILE..."""
import base64
import io
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

NAMESPACE = "urn:amitwin:p32ex:1"
# RFC 8032 7.1 test 1, as SubjectPublicKeyInfo (RFC 8410).
PUBLIC_KEY = bytes.fromhex(
    "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def canonical(order):
    # The default namespace is written back, so that names have no prefix.
    ET.register_namespace("", NAMESPACE)
    text = ET.tostring(order, encoding="unicode", default_namespace=None)
    out = io.StringIO()
    ET.canonicalize(text, out=out)
    return out.getvalue().rstrip("\n").encode()


def verifies(openssl, octets, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("key.der", "octets", "signature")]
        for name, content in zip(names, (PUBLIC_KEY, octets, signature)):
            with open(name, "wb") as file:
                file.write(content)
        run = subprocess.run(
            [openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey",
             names[0], "-in", names[1], "-sigfile", names[2]],
            capture_output=True, check=False)
    return run.returncode == 0


def main(openssl, files):
    checked = failed = 0
    for name in files:
        for signed in ET.parse(name).iter("{%s}SignedOrder" % NAMESPACE):
            order = signed.find("{%s}Order" % NAMESPACE)
            order.tail = None
            signature = base64.b64decode(signed.find("{%s}Signature" % NAMESPACE).text)
            good = verifies(openssl, canonical(order), signature)
            changed = verifies(openssl, canonical(order) + b" ", signature)
            checked += 1
            failed += not good or changed
            print(name, "good" if good else "BAD")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
