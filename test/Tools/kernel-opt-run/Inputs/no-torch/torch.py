raise ImportError("there is none here")
