// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Mapping;
using Xunit;

namespace Tracer.Api.Tests.Mapping;

public class ProtoTimeTests
{
    [Theory]
    [InlineData(0ul, 0, 0)]
    [InlineData(999_999_999ul, 0, 999_999_999)]
    [InlineData(65_000_000_001ul, 65, 1)]
    [InlineData(ulong.MaxValue, 18_446_744_073, 709_551_615)]
    public void Nanoseconds_become_a_duration(ulong nanoseconds, long seconds, int nanos)
    {
        var duration = ProtoTime.ToDuration(nanoseconds);
        Assert.Equal((seconds, nanos), (duration.Seconds, duration.Nanos));
    }

    [Fact]
    public void A_time_is_what_protobuf_makes_of_it_whatever_its_zone_and_era()
    {
        DateTimeOffset[] times =
        [
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddTicks(-1),
            new(2026, 5, 6, 7, 8, 9, TimeSpan.FromHours(5.5)),
            new DateTimeOffset(1969, 12, 31, 23, 59, 58, TimeSpan.Zero).AddTicks(1),
        ];
        foreach (DateTimeOffset time in times)
            Assert.Equal(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time), ProtoTime.ToTimestamp(time));
    }
}
