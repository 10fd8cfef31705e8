"""A judge of conversations with AWS: a recording reverse proxy that holds every request and every answer against the
published API models, as botocore ships them.

- `models`: which service and operation a request means
- `wire`: bytes to values, for awsJson, query/XML, rest-json and rpc-v2-cbor
- `judge`: values against shapes; what does not fit is a finding
- `patterns`: the forms of names and ARNs that are worth a check
- `proxy`: sits between a client and any endpoint, and writes everything down
- `accepted`: findings somebody has looked at, with the reason
- `coverage`: which operations and members of the models the simulator has

It is not for what an answer means: models carry no semantics. It uses nothing of the project's own code or models, so
that it can disagree with them.
"""
