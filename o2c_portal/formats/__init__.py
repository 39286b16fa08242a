"""How each language writes days and times where Django's own formats are not what people expect."""
