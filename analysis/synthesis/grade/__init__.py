"""The rules of GRADE: a module a domain, and the rating that follows from all of them.

Each rule answers with a `Step` whose reason is one sentence with the numbers it looked at,
whether or not they triggered it; thresholds are the protocol's. A rule that the data cannot
answer takes no level off and says so: `judged` is false there, and a person has to look.
"""
