"""Extracts streams with dlt's rest_api source, nothing normalized or loaded. dlt_extract.py URL PAGE_SIZE FOLDER STREAM…"""
import sys
import dlt
from dlt.sources.rest_api import rest_api_source

url, page_size, folder, *streams = sys.argv[1:]
paginator = {"type": "offset", "limit": int(page_size), "offset_param": "offset", "limit_param": "limit", "total_path": "total"}
resources = [{"name": name, "endpoint": {"path": name, "data_selector": "data", "paginator": paginator}} for name in streams]
source = rest_api_source({"client": {"base_url": url}, "resources": resources})
pipeline = dlt.pipeline(pipeline_name="bench", pipelines_dir=folder, destination="filesystem")
pipeline.extract(source)
