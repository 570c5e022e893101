// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text;
using Tracer.Wire;

namespace Tracer.Api.Tests.Given;

/// <summary>Wire types from text.</summary>
internal static class WireValues
{
    public const byte AfInet = 2;
    public const byte AfInet6 = 10;

    public static WireComm Comm(string name) => Comm(Encoding.UTF8.GetBytes(name));

    public static WireComm Comm(byte[] bytes)
    {
        WireComm comm = default;
        for (int i = 0; i < bytes.Length; i++)
            comm[i] = bytes[i];
        return comm;
    }

    public static WireAddress Address(string text)
    {
        WireAddress address = default;
        byte[] bytes = IPAddress.Parse(text).MapToIPv6().GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            address[i] = bytes[i];
        return address;
    }

    public static TcpActor Actor(uint pid, string comm, ulong ktimeNs = 0, ulong stackId = 0) => new()
    {
        Pid = pid,
        Tid = pid + 1,
        StartBoottimeNs = pid * 1000UL,
        KtimeNs = ktimeNs,
        StackId = stackId,
        Comm = Comm(comm),
    };
}
