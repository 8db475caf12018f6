"""What is known of a region: checked tables, no randomness."""

from sim.region.loading import Region, available_regions, load_region

__all__ = ["Region", "available_regions", "load_region"]
