// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;

namespace Tracer.Client;

/// <summary>A TCP address as the user wrote it.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    /// <summary>Whether it is certain, without asking a resolver, that this stays on the host.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    public static HostPort? TryParse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            return null;
        string host = text[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed)
            host = host[1..^1];
        return isBracketed == host.Contains(':') && Uri.CheckHostName(host) != UriHostNameType.Unknown
            ? new HostPort(host, port)
            : null;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
