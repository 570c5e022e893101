// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;

namespace Tracer.Incidents.Stage;

/// <summary>Ports for the servers of an incident.</summary>
internal static class LoopbackPort
{
    // Below the ports that the kernel gives to clients: there another program may take it, and a client that tries too early connects to itself.
    public static int Free()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            using TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }
}
