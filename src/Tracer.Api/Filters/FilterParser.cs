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
    private const int MaxValues = 256;
    private const int MaxCommBytes = Wire.WireFormat.CommSize - 1;
    private const int MaxCgroupLength = 4096;
    private const byte AfInet = 2;
    private const byte AfInet6 = 10;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(3650);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan MaxPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinPeriod = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(1);

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
            throw Invalid(ofSockets, "is for sockets in CLOSE_WAIT, not for state changes");
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
            MinAgeNs = minAge is null ? new FindingQuery().MinAgeNs : ParseAge(minAge, "min_age"),
        };
    }

    public static TimeSpan ParseHeartbeat(Duration? period) =>
        ParsePeriod(period, "heartbeat_period", MinHeartbeat, DefaultHeartbeat, "is not between 0.1 s and 1 h");

    /// <summary>Between two looks at the findings.</summary>
    public static TimeSpan ParsePeriod(Duration? period) =>
        ParsePeriod(period, "period", MinPeriod, DefaultPeriod, "is not between 0.2 s and 1 h");

    /// <exception cref="RpcException">It can be no process id.</exception>
    public static void CheckPid(uint pid)
    {
        if (pid is 0 or > int.MaxValue)
            throw Invalid("pid", $"{pid} is no process id");
    }

    public static void CheckTids(RepeatedField<uint> tids)
    {
        CheckCount(tids, "tids");
        foreach (uint tid in tids)
        {
            if (tid is 0 or > int.MaxValue)
                throw Invalid("tids", $"{tid} is no thread id");
        }
    }

    public static RpcException Invalid(string field, string problem) =>
        new(new Status(StatusCode.InvalidArgument, $"{field}: {problem}"));

    private static TimeSpan ParsePeriod(Duration? period, string field, TimeSpan min, TimeSpan unset, string problem)
    {
        if (period is null)
            return unset;
        return TryConvert(period, MaxPeriod, out TimeSpan value) && value >= min ? value : throw Invalid(field, problem);
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
        MinAgeNs = ParseAge(filter.MinAge, "filter.min_age"),
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
        CheckCount(values, "filter.cookies");
        return values.Contains(0ul) ? throw Invalid("filter.cookies", "0 is not a socket cookie") : [.. values.Distinct()];
    }

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

    private static ulong ParseAge(Duration? age, string field)
    {
        if (age is null)
            return 0;
        return TryConvert(age, MaxAge, out TimeSpan value)
            ? ((ulong)value.Ticks * TimeSpan.NanosecondsPerTick) + ((ulong)age.Nanos % TimeSpan.NanosecondsPerTick)
            : throw Invalid(field, $"is not between 0 and {MaxAge.TotalDays:0} days");
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
}
