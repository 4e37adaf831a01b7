"""The page for people: plain files that the service hands out as they are; ``index.html`` at /, the rest below /page/.

No build step, nothing from other hosts, no inline script or style: the service's Content-Security-Policy allows none.
"""
