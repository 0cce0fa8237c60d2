"""The revision reward of ReLoc, section 3.3: of two wrong versions of a function, which is nearer to a right one?

Preferences come from three sources (`traces`, `history`, and chains of rewrites, which `revision.chains` makes, for it
takes rewrites and the judge). They are collected into a data set (`collecting`, `dataset`), a model is trained on them
(`training`), measured (`evaluating`) and asked by a search (`text`).
"""
