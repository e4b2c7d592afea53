"""The demo: invented enterprises, people and rounds, made through the verbs that people use.

Nothing here sets a state, posts money or writes history itself: every case got where it stands by the same acts as in
real life, on a clock that is moved to the day of each act. `load.load` is the way in; production refuses it.
"""
