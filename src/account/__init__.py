"""An AWS account on one port of this machine: moto, and what moto lacks.

moto answers for the services that it knows. This package stands in front of it and adds callers, IAM's judgement,
faults, times, a log of calls, persistence, services that moto lacks, and what moto lets through where AWS refuses.

It is Python, and not a process of its own in front of moto, because most of what is added looks at moto's own objects
or changes them: a cluster's security group and network interfaces, the roles a policy hangs on, the state of a database.
Here these are objects in the same memory, judged and changed under one lock and saved in one piece.
"""
