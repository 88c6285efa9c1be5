"""Days of work in minutes: people, trouble and deaths at random, and an account of it at the end.

`stage` is the world with its processes, `people` what operators do, `faults` what goes wrong, and
`account` the promises that are looked at when trouble has calmed.
"""
