"""Files of the program: what survives, who may read them, what is put aside."""
