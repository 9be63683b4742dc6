"""Keys, envelopes and commitments: bytes in, bytes out, and nothing of any chain.

The byte layout is in ``client/README.md``. The public modules are :mod:`~chartkey.crypto.keytree`,
:mod:`~chartkey.crypto.slip`, :mod:`~chartkey.crypto.payload`, :mod:`~chartkey.crypto.draft`,
:mod:`~chartkey.crypto.rsa`, :mod:`~chartkey.crypto.commitment`, :mod:`~chartkey.crypto.handle`,
:mod:`~chartkey.crypto.keyfile`, :mod:`~chartkey.crypto.signature` and, for a second opinion,
:mod:`~chartkey.crypto.independent`.
"""
