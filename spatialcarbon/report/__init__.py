"""Show results: tables, figures, maps, GeoPackage, QGIS project, HTML."""
