// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>For theories that hold in both ways.</summary>
public static class Ways
{
    public static TheoryData<Way> Both => [Way.WithDaemon, Way.OnBareHost];
}
