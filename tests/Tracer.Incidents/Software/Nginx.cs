// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>nginx with one worker, and everything that it writes in the folder of the incident.</summary>
internal static class Nginx
{
    public const string Program = "/usr/sbin/nginx";

    public const string Package = "nginx-light";

    /// <param name="http">What stands in its http block: servers and upstreams.</param>
    public static Service Start(Incident incident, string http)
    {
        string folder = incident.Folder;
        string configuration = incident.Write("nginx.conf", $$"""
            daemon off;
            user root;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder}}/nginx-body;
                proxy_temp_path {{folder}}/nginx-proxy;
                fastcgi_temp_path {{folder}}/nginx-fastcgi;
                uwsgi_temp_path {{folder}}/nginx-uwsgi;
                scgi_temp_path {{folder}}/nginx-scgi;
                {{http}}
            }

            """);
        return incident.Run(Service.Start(Program, "-p", folder, "-c", configuration, "-e", "stderr"));
    }
}
