"""Hata's fits to the curves of Okumura: as they are, as COST 231 and as NTIA extended them."""
