// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using CloseWait.V1;
using Tracer.Client;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>The sockets whose life a user asked for: by process, port, address, name or cookie.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Filters">In turn: the first that any socket matches is meant.</param>
/// <param name="Endpoint">Set: one side has this address and port.</param>
internal sealed record SocketTarget(string Text, IReadOnlyList<SocketFilter> Filters, IPEndPoint? Endpoint = null)
{
    private const string Label = "TARGET";

    public static SocketTarget Parse(string text)
    {
        var value = new OptionValue(Label, text);
        if (text.StartsWith(':'))
            return Of(text, new SocketFilter { Ports = { ValueParser.Port(value with { Text = text[1..] }) } });
        if (Strip(text, "pid:") is { } pid)
            return Of(text, new SocketFilter { Pids = { ValueParser.Pid(value with { Text = pid }) } });
        if (Strip(text, "cookie:") is { } cookie)
            return Of(text, new SocketFilter { Cookies = { ParseCookie(cookie) ?? throw value.Bad("is not a socket cookie") } });
        if (Strip(text, "comm:") is { } comm)
            return Of(text, new SocketFilter { Comms = { ParseComm(value with { Text = comm }) } });
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return OfNumber(value);
        return HostPort.TryParse(text) is { } place ? OfEndpoint(value, place) : Of(text, new SocketFilter { Comms = { ParseComm(value) } });
    }

    /// <summary>The same with what else was asked for. A flag that names what the target names would widen it, and is refused.</summary>
    public SocketTarget Within(SocketFilter others)
    {
        string? twice = Filters.Select(own => FindCommon(own, others)).FirstOrDefault(flag => flag is not null);
        if (twice is not null)
            throw CommandException.Usage($"{Label} and {twice} exclude each other");
        return this with { Filters = [.. Filters.Select(own => Merge(own, others))] };
    }

    /// <summary>What filters cannot say: the address and its port on the same side.</summary>
    public bool Matches(SocketRecord socket) =>
        Endpoint is null || IsEndpoint(socket.LocalAddress, socket.LocalPort) || IsEndpoint(socket.RemoteAddress, socket.RemotePort);

    private static string? FindCommon(SocketFilter a, SocketFilter b)
    {
        if (a.Pids.Count > 0 && b.Pids.Count > 0)
            return "--pid";
        if (a.Ports.Count > 0 && b.Ports.Count > 0)
            return "--port";
        return a.Comms.Count > 0 && b.Comms.Count > 0 ? "--comm" : null;
    }

    private static SocketFilter Merge(SocketFilter own, SocketFilter others)
    {
        SocketFilter both = others.Clone();
        both.MergeFrom(own);
        return both;
    }

    private bool IsEndpoint(string address, uint port) =>
        port == Endpoint!.Port && IPAddress.TryParse(address, out IPAddress? parsed) && Unmapped(parsed).Equals(Unmapped(Endpoint.Address));

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Pids and cookies are both numbers: a process that has to do with a socket is meant first.
    private static SocketTarget OfNumber(OptionValue value)
    {
        var filters = new List<SocketFilter>();
        if (uint.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint pid) && pid is > 0 and <= int.MaxValue)
            filters.Add(new SocketFilter { Pids = { pid } });
        filters.Add(new SocketFilter { Cookies = { ParseCookie(value.Text) ?? throw value.Bad("is neither a process id nor a socket cookie") } });
        return new SocketTarget(value.Text, filters);
    }

    private static ulong? ParseCookie(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong cookie) && cookie > 0 ? cookie : null;

    private static string ParseComm(OptionValue value) =>
        value.Text.Length > 0 ? ValueParser.Comm(value) : throw value.Bad("is neither a pid, :port, address:port, name nor cookie");

    private static SocketTarget OfEndpoint(OptionValue value, HostPort place)
    {
        IPAddress? address = place.Host == "localhost" ? IPAddress.Loopback : ValueParser.ParseAddress(place.Host);
        return address is not null
            ? new SocketTarget(value.Text, [new SocketFilter { Ports = { (uint)place.Port } }], new IPEndPoint(address, place.Port))
            : throw value.Bad("needs the address of one side, not a name (a process of this name: comm:NAME)");
    }

    private static string? Strip(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static SocketTarget Of(string text, SocketFilter filter) => new(text, [filter]);
}
