// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Filters;
using Xunit;

namespace Tracer.Api.Tests.Filters;

public class RequestValuesTests
{
    [Theory]
    [InlineData(0, 100_000_000, true)]
    [InlineData(3600, 0, true)]
    [InlineData(0, 99_999_999, false)]
    [InlineData(3600, 1_000, false)]
    [InlineData(-5, 0, false)]
    [InlineData(long.MaxValue, 0, false)]
    public void A_heartbeat_period_is_between_a_tenth_of_a_second_and_an_hour(long seconds, int nanos, bool isGood)
    {
        Duration period = new() { Seconds = seconds, Nanos = nanos };

        if (isGood)
            Assert.Equal(seconds + (nanos / 1e9), RequestValues.ParseHeartbeat(period).TotalSeconds, 6);
        else
            Assert.StartsWith("heartbeat_period: ", Assert.Throws<RpcException>(() => RequestValues.ParseHeartbeat(period)).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), RequestValues.ParseHeartbeat(null));
    }

    [Theory]
    [InlineData(0, 200_000_000, true)]
    [InlineData(3600, 0, true)]
    [InlineData(0, 199_999_999, false)]
    [InlineData(3600, 1_000, false)]
    [InlineData(0, 0, false)]
    [InlineData(-5, 0, false)]
    [InlineData(long.MinValue, int.MinValue, false)]
    public void A_period_of_looks_is_between_a_fifth_of_a_second_and_an_hour(long seconds, int nanos, bool isGood)
    {
        Duration period = new() { Seconds = seconds, Nanos = nanos };

        if (isGood)
            Assert.Equal(seconds + (nanos / 1e9), RequestValues.ParsePeriod(period).TotalSeconds, 6);
        else
            Assert.Equal("period: is not between 0.2 s and 1 h", Assert.Throws<RpcException>(() => RequestValues.ParsePeriod(period)).Status.Detail);
        Assert.Equal(TimeSpan.FromSeconds(1), RequestValues.ParsePeriod(null));
    }
}
