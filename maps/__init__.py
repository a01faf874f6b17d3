"""Pictures: palettes, raster overlays, folium maps, figures, documents."""
