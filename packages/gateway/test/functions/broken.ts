// A function whose module does not load.

throw new RangeError("asked not to load");
