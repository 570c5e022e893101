// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Findings;
using Proto = CloseWait.V1;

namespace Tracer.Api.Filters;

/// <summary>Checks a request and compiles it. What is wrong ends the call with INVALID_ARGUMENT and one line that names the field.</summary>
internal static class FilterParser
{
    private const int MaxCommBytes = Wire.WireFormat.CommSize - 1;
    private const int MaxCgroupLength = 4096;
    private const byte AfInet = 2;
    private const byte AfInet6 = 10;

    public static SocketPredicate ParseSockets(Proto.SocketFilter? filter, IFactSource facts) => new(ParseTerms(filter), facts);

    public static TransitionPredicate ParseTransitions(Proto.SocketFilter? filter, IFactSource facts)
    {
        string? ofSockets = filter switch
        {
            { MinAge: not null } => "filter.min_age",
            { Verdicts.Count: > 0 } => "filter.verdicts",
            { Cookies.Count: > 0 } => "filter.cookies",
            _ => null,
        };
        if (ofSockets is not null)
            throw RequestValues.Invalid(ofSockets, "is for sockets in CLOSE_WAIT, not for state changes");
        return new TransitionPredicate(ParseTerms(filter), facts);
    }

    /// <summary>The verdicts asked for are those of findings: sockets alone are never SLOW_CLOSE, and a finding counts what has other verdicts too.</summary>
    public static FindingQuery ParseFindings(Proto.SocketFilter? filter, Duration? minAge, IFactSource facts)
    {
        Proto.SocketFilter? sockets = filter?.Clone();
        sockets?.Verdicts.Clear();
        return new FindingQuery
        {
            Sockets = sockets is null ? null : ParseSockets(sockets, facts),
            VerdictMask = filter is null ? 0 : ParseVerdicts(filter),
            MinAgeNs = minAge is null ? new FindingQuery().MinAgeNs : RequestValues.ParseAge(minAge, "min_age"),
        };
    }

    private static FilterTerms ParseTerms(Proto.SocketFilter? filter) => filter is null ? new FilterTerms() : new FilterTerms
    {
        Pids = ParseIds(filter.Pids, "filter.pids", "a process id"),
        Comms = new NameSet(ParseComms(filter.Comms)),
        AnyPorts = ParsePorts(filter.Ports, "filter.ports"),
        LocalPorts = ParsePorts(filter.LocalPorts, "filter.local_ports"),
        RemotePorts = ParsePorts(filter.RemotePorts, "filter.remote_ports"),
        Peers = ParsePeers(filter.Peers),
        StateMask = ParseMask(filter.States, "filter.states", "a TCP state"),
        MinAgeNs = RequestValues.ParseAge(filter.MinAge, "filter.min_age"),
        Netns = ParseIds(filter.Netns, "filter.netns", "the inode number of a network namespace"),
        Cgroups = new CgroupSet(ParseCgroups(filter.Cgroups)),
        DirectionMask = ParseMask(filter.Directions, "filter.directions", "a direction"),
        Families = ParseFamilies(filter.Families),
        VerdictMask = ParseVerdicts(filter),
        Cookies = ParseCookies(filter.Cookies),
    };

    private static uint ParseVerdicts(Proto.SocketFilter filter) => ParseMask(filter.Verdicts, "filter.verdicts", "a verdict");

    private static ulong[] ParseCookies(RepeatedField<ulong> values)
    {
        RequestValues.CheckCount(values, "filter.cookies");
        return values.Contains(0ul) ? throw RequestValues.Invalid("filter.cookies", "0 is not a socket cookie") : [.. values.Distinct()];
    }

    private static uint[] ParseIds(RepeatedField<uint> values, string field, string what)
    {
        RequestValues.CheckCount(values, field);
        return values.Contains(0u) ? throw RequestValues.Invalid(field, $"0 is not {what}") : [.. values.Distinct()];
    }

    private static ushort[] ParsePorts(RepeatedField<uint> values, string field)
    {
        RequestValues.CheckCount(values, field);
        foreach (uint value in values)
        {
            if (value is 0 or > ushort.MaxValue)
                throw RequestValues.Invalid(field, $"{value} is not a port (1 to 65535)");
        }
        return [.. values.Distinct().Select(static value => (ushort)value)];
    }

    private static RepeatedField<string> ParseComms(RepeatedField<string> values)
    {
        RequestValues.CheckCount(values, "filter.comms");
        foreach (string value in values)
        {
            if (Encoding.UTF8.GetByteCount(value) is 0 or > MaxCommBytes)
                throw RequestValues.Invalid("filter.comms", $"{Quote(value)} is not 1 to {MaxCommBytes} bytes long, as the kernel's task names are");
        }
        return values;
    }

    private static AddressRange[] ParsePeers(RepeatedField<string> values)
    {
        RequestValues.CheckCount(values, "filter.peers");
        AddressRange[] ranges = new AddressRange[values.Count];
        for (int i = 0; i < ranges.Length; i++)
        {
            if (!AddressRange.TryParse(values[i], out ranges[i]))
                throw RequestValues.Invalid("filter.peers", $"{Quote(values[i])} is not an address or a CIDR block");
        }
        return ranges;
    }

    private static uint ParseMask<T>(RepeatedField<T> values, string field, string what)
        where T : struct, System.Enum
    {
        RequestValues.CheckCount(values, field);
        uint mask = 0;
        foreach (T value in values)
        {
            int number = Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture);
            if (number == 0 || !System.Enum.IsDefined(value))
                throw RequestValues.Invalid(field, $"{number} is not {what}");
            mask |= 1u << number;
        }
        return mask;
    }

    private static RepeatedField<string> ParseCgroups(RepeatedField<string> values)
    {
        RequestValues.CheckCount(values, "filter.cgroups");
        foreach (string value in values)
        {
            if (!value.StartsWith('/') || value.Length > MaxCgroupLength)
                throw RequestValues.Invalid("filter.cgroups", $"{Quote(value)} is not a cgroup v2 path: it must start with /");
        }
        return values;
    }

    private static byte[] ParseFamilies(RepeatedField<Proto.SocketFilter.Types.Family> values)
    {
        uint mask = ParseMask(values, "filter.families", "an address family");
        return mask switch
        {
            0 => [],
            1u << (int)Proto.SocketFilter.Types.Family.Ipv4 => [AfInet],
            1u << (int)Proto.SocketFilter.Types.Family.Ipv6 => [AfInet6],
            _ => [AfInet, AfInet6],
        };
    }

    // The text goes into a header and to a terminal: no control bytes, no novel.
    private static string Quote(string value) =>
        "\"" + Wire.WireText.ToText(Encoding.UTF8.GetBytes(value.Length <= 64 ? value : value[..64])) + "\"";
}
