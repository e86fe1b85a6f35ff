"""The grammar of figures and cadences: periods, comparators, measures, scopes, names, cadences.

All modules work on the clean text of the repair (ASCII punctuation ``, ; : ( )``, Chinese ``。、“”``).
Word lists stand as data in ``policy/lexicon``.
"""
