"""Listens to a channel and prints a line of JSON for each event.

python3 listen.py PORT CHANNEL
"""

import json
import sys
import threading

import pysher

port, channel = int(sys.argv[1]), sys.argv[2]
client = pysher.Pusher("tandem", custom_host="127.0.0.1", port=port, secure=False)


def tell(name):
    return lambda data: print(json.dumps({"event": name, "data": data}), flush=True)


def subscribe(_):
    heard = client.subscribe(channel)
    for name in [
        "pusher_internal:subscription_succeeded",
        "created",
        "updated",
        "destroyed",
        "list:updated",
    ]:
        heard.bind(name, tell(name))


client.connection.bind("pusher:connection_established", subscribe)
client.connection.bind("pusher:error", tell("pusher:error"))
client.connect()
# Until the test ends it.
threading.Event().wait()
