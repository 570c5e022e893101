// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Stage;

/// <summary>A test that needs this kernel, root, the built executable, and real servers.</summary>
public abstract class IncidentTest
{
    protected IncidentTest(params (string Path, string Package)[] tools)
    {
        Prerequisites.Demand();
        foreach ((string path, string package) in tools)
            Prerequisites.DemandTool(path, package);
    }
}
