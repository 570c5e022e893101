// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;

namespace Tracer.Bpf.Tests;

/// <summary>Makes TCP state changes that happen in this process's own context.</summary>
internal static class LoopbackTraffic
{
    public static void Connect(int times)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        for (int i = 0; i < times; i++)
        {
            using var client = new TcpClient();
            client.Connect((IPEndPoint)listener.LocalEndpoint);
            using TcpClient server = listener.AcceptTcpClient();
        }
    }
}
