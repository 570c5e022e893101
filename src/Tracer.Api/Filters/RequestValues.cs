// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Tracer.Api.Filters;

/// <summary>Checks single values of a request. What is wrong ends the call with INVALID_ARGUMENT and one line that names the field.</summary>
internal static class RequestValues
{
    private const int MaxValues = 256;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(3650);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan MaxPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinPeriod = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(1);

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

    /// <summary>Bounds what one list costs.</summary>
    public static void CheckCount<T>(RepeatedField<T> values, string field)
    {
        if (values.Count > MaxValues)
            throw Invalid(field, $"{values.Count} values are more than the {MaxValues} allowed");
    }

    public static RpcException Invalid(string field, string problem) =>
        new(new Status(StatusCode.InvalidArgument, $"{field}: {problem}"));

    /// <summary>In nanoseconds; 0 when it is unset.</summary>
    public static ulong ParseAge(Duration? age, string field)
    {
        if (age is null)
            return 0;
        return TryConvert(age, MaxAge, out TimeSpan value)
            ? ((ulong)value.Ticks * TimeSpan.NanosecondsPerTick) + ((ulong)age.Nanos % TimeSpan.NanosecondsPerTick)
            : throw Invalid(field, $"is not between 0 and {MaxAge.TotalDays:0} days");
    }

    private static TimeSpan ParsePeriod(Duration? period, string field, TimeSpan min, TimeSpan unset, string problem)
    {
        if (period is null)
            return unset;
        return TryConvert(period, MaxPeriod, out TimeSpan value) && value >= min ? value : throw Invalid(field, problem);
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
}
