// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Proto = CloseWait.V1;

namespace Tracer.Api.Filters;

/// <summary>Checks a request and compiles it. What is wrong ends the call with INVALID_ARGUMENT and one line that names the field.</summary>
internal static class FilterParser
{
    private const int MaxValues = 256;
    private const int MaxCommBytes = Wire.WireFormat.CommSize - 1;
    private const int MaxCgroupLength = 4096;
    private const byte AfInet = 2;
    private const byte AfInet6 = 10;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(3650);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan MaxHeartbeat = TimeSpan.FromHours(1);
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);

    public static SocketPredicate ParseSockets(Proto.SocketFilter? filter, IFactSource facts) => new(ParseTerms(filter), facts);

    public static TransitionPredicate ParseTransitions(Proto.SocketFilter? filter, IFactSource facts) =>
        filter?.MinAge is null
            ? new TransitionPredicate(ParseTerms(filter), facts)
            : throw Invalid("filter.min_age", "is for sockets; a state change has no age");

    public static TimeSpan ParseHeartbeat(Duration? period)
    {
        if (period is null)
            return DefaultHeartbeat;
        return TryConvert(period, MaxHeartbeat, out TimeSpan value) && value >= MinHeartbeat
            ? value
            : throw Invalid("heartbeat_period", "is not between 0.1 s and 1 h");
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
        MinAgeNs = ParseAge(filter.MinAge),
        Netns = ParseIds(filter.Netns, "filter.netns", "the inode number of a network namespace"),
        Cgroups = new CgroupSet(ParseCgroups(filter.Cgroups)),
        DirectionMask = ParseMask(filter.Directions, "filter.directions", "a direction"),
        Families = ParseFamilies(filter.Families),
    };

    private static uint[] ParseIds(RepeatedField<uint> values, string field, string what)
    {
        CheckCount(values, field);
        return values.Contains(0u) ? throw Invalid(field, $"0 is not {what}") : [.. values.Distinct()];
    }

    private static ushort[] ParsePorts(RepeatedField<uint> values, string field)
    {
        CheckCount(values, field);
        foreach (uint value in values)
        {
            if (value is 0 or > ushort.MaxValue)
                throw Invalid(field, $"{value} is not a port (1 to 65535)");
        }
        return [.. values.Distinct().Select(static value => (ushort)value)];
    }

    private static RepeatedField<string> ParseComms(RepeatedField<string> values)
    {
        CheckCount(values, "filter.comms");
        foreach (string value in values)
        {
            if (Encoding.UTF8.GetByteCount(value) is 0 or > MaxCommBytes)
                throw Invalid("filter.comms", $"{Quote(value)} is not 1 to {MaxCommBytes} bytes long, as the kernel's task names are");
        }
        return values;
    }

    private static AddressRange[] ParsePeers(RepeatedField<string> values)
    {
        CheckCount(values, "filter.peers");
        AddressRange[] ranges = new AddressRange[values.Count];
        for (int i = 0; i < ranges.Length; i++)
        {
            if (!AddressRange.TryParse(values[i], out ranges[i]))
                throw Invalid("filter.peers", $"{Quote(values[i])} is not an address or a CIDR block");
        }
        return ranges;
    }

    private static uint ParseMask<T>(RepeatedField<T> values, string field, string what)
        where T : struct, System.Enum
    {
        CheckCount(values, field);
        uint mask = 0;
        foreach (T value in values)
        {
            int number = Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture);
            if (number == 0 || !System.Enum.IsDefined(value))
                throw Invalid(field, $"{number} is not {what}");
            mask |= 1u << number;
        }
        return mask;
    }

    private static ulong ParseAge(Duration? age)
    {
        if (age is null)
            return 0;
        return TryConvert(age, MaxAge, out TimeSpan value)
            ? ((ulong)value.Ticks * TimeSpan.NanosecondsPerTick) + ((ulong)age.Nanos % TimeSpan.NanosecondsPerTick)
            : throw Invalid("filter.min_age", $"is not between 0 and {MaxAge.TotalDays:0} days");
    }

    private static RepeatedField<string> ParseCgroups(RepeatedField<string> values)
    {
        CheckCount(values, "filter.cgroups");
        foreach (string value in values)
        {
            if (!value.StartsWith('/') || value.Length > MaxCgroupLength)
                throw Invalid("filter.cgroups", $"{Quote(value)} is not a cgroup v2 path: it must start with /");
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

    // Duration.ToTimeSpan throws on what the wire can carry: signs that differ, nanoseconds beyond a second.
    private static bool TryConvert(Duration duration, TimeSpan max, out TimeSpan value)
    {
        value = default;
        if (duration.Seconds < 0 || duration.Seconds > (long)max.TotalSeconds || duration.Nanos is < 0 or > 999_999_999)
            return false;
        value = new TimeSpan((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / TimeSpan.NanosecondsPerTick));
        return value <= max;
    }

    private static void CheckCount<T>(RepeatedField<T> values, string field)
    {
        if (values.Count > MaxValues)
            throw Invalid(field, $"{values.Count} values are more than the {MaxValues} allowed");
    }

    // The text goes into a header and to a terminal: no control bytes, no novel.
    private static string Quote(string value) =>
        "\"" + Wire.WireText.ToText(Encoding.UTF8.GetBytes(value.Length <= 64 ? value : value[..64])) + "\"";

    private static RpcException Invalid(string field, string problem) =>
        new(new Status(StatusCode.InvalidArgument, $"{field}: {problem}"));
}
